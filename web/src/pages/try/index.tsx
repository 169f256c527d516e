// The page of that name; being built.
import { PageTitle } from "../../parts/index.tsx";
import { text } from "../../text.ts";

export default function Page(_: { parts: string[] }) {
  return <PageTitle title={text.nav.try} />;
}
