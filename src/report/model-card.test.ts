import { expect, test } from "vitest";
import { parse } from "yaml";
import { runResultFixture, smallResultFixture, withEveryText } from "./fixture.ts";
import { renderModelCard } from "./model-card.ts";

function split(card: string): { head: Record<string, unknown>; body: string } {
  const [, head, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(card)!;
  return { head: parse(head!), body: body! };
}

test("a small run has the stored card", async () => {
  await expect(renderModelCard(smallResultFixture())).toMatchFileSnapshot("golden/small-run.md");
});

test("the head says on what data the models were made, by what code, and how they did", () => {
  const { head } = split(renderModelCard(runResultFixture()));
  expect(head).toMatchObject({ dataUse: "synthetic", license_name: "data-use-synthetic", seed: 7, mode: "corrected" });
  expect(head).toMatchObject({ "model-index": [{ name: "Logistic regression" }, { name: "Gradient-boosted trees" }] });
  expect(JSON.stringify(head)).toContain('{"type":"auroc","name":"AUROC","value":0.8633');
});

test("use, figures, subgroups, limits, data use and the way to make it again are there", () => {
  const { body } = split(renderModelCard(runResultFixture()));
  const titles = [...body.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(titles).toEqual(["Intended use", "Data", "Figures on held-out patients", "Limits", "Data use", "Reproduce"]);
  expect(body).toContain("For research only. Not a medical device");
  expect(body).toContain("| Ethnicity: American Indian | withheld | withheld | – |");
  expect(body).toContain("### At the threshold");
});

test("figures without an interval are dashes in the body and absent from the head", () => {
  const result = smallResultFixture();
  result.models[0]!.metrics[0]!.low = null;
  const { head, body } = split(renderModelCard(result));
  expect(JSON.stringify(head)).not.toContain('"auroc"');
  expect(body).toContain("| AUROC | – |");
});

test("no text of the result becomes markup, a link, a heading or YAML", () => {
  const attack = "\n# big <img src=x> [a](http://b) | `code` \n---\nlicense: mine\n";
  const full = runResultFixture();
  const hostile = withEveryText(full, attack);
  hostile.data.dataUse = full.data.dataUse;
  hostile.task.mode = full.task.mode;
  const { head, body } = split(renderModelCard(hostile));
  expect(head["license"]).toBe("other");
  const outside = body.replace(/^(`{3,})\n[\s\S]*?\n\1$/gm, "");
  expect([...outside.matchAll(/^#+ (.*)$/gm)].filter(([, title]) => title!.startsWith("big"))).toHaveLength(0);
  expect(outside).not.toMatch(/<img|^license|[^\\]\[a\]/m);
});
