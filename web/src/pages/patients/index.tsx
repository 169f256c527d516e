// Patients: the list, and one of them.

import { EcgList } from "./ecg/list.tsx";
import { EcgViewer } from "./ecg/viewer.tsx";
import { List } from "./list.tsx";
import { Patient } from "./patient.tsx";
import "./style.css";

export default function Patients({ parts: [id, kind, ecg] }: { parts: string[] }) {
  // no patient's id is that short
  if (id === "ecgs") return kind ? <EcgViewer patient={null} id={kind} key={kind} /> : <EcgList />;
  if (id && kind === "ecg" && ecg) return <EcgViewer patient={id} id={ecg} key={ecg} />;
  return id ? <Patient id={id} key={id} /> : <List />;
}
