// Patients: the list, and one of them.
import { List } from "./list.tsx";
import { Patient } from "./patient.tsx";
import "./style.css";

export default function Patients({ parts: [id] }: { parts: string[] }) {
  return id ? <Patient id={id} key={id} /> : <List />;
}
