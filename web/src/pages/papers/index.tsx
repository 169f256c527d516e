// Papers: the list, and one of them.
import { List } from "./list.tsx";
import { PaperPage } from "./paper.tsx";
import "./style.css";

export default function Papers({ parts: [id] }: { parts: string[] }) {
  return id ? <PaperPage id={id} key={id} /> : <List />;
}
