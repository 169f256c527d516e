// Runs: the queue with the results, and one of them.
import { List } from "./list.tsx";
import { Run } from "./run.tsx";
import "./style.css";

export default function Runs({ parts: [id] }: { parts: string[] }) {
  return id ? <Run id={id} key={id} /> : <List />;
}
