import { expect, test } from "vitest";
import { emptyResultFixture, runResultFixture, smallResultFixture, withEveryText } from "./fixture.ts";
import { renderResultTable } from "./terminal.ts";

test("a small run is printed as its stored table", async () => {
  await expect(renderResultTable(smallResultFixture(), { width: 80 })).toMatchFileSnapshot("golden/small-run.txt");
});

test("no line is wider than the terminal, and models that do not fit go below each other", () => {
  const full = runResultFixture();
  const models = ["A", "B", "C"].map((name) => ({
    ...full.models[0]!,
    id: name,
    title: `A model with a name ${name}`,
  }));
  for (const width of [60, 80, 100, 200]) {
    const table = renderResultTable({ ...full, models }, { width });
    for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
    for (const { title } of models) expect(table).toContain(title);
    expect(table).toContain("True risk");
  }
});

test("escape codes appear only when colour is asked for, and change no letter", () => {
  const plain = renderResultTable(runResultFixture());
  const coloured = renderResultTable(runResultFixture(), { colour: true });
  const code = String.fromCharCode(27);
  expect(plain).not.toContain(code);
  expect(coloured).toContain(`${code}[1m`);
  expect(
    coloured
      .split(code)
      .map((part, i) => (i ? part.replace(/^\[\dm/, "") : part))
      .join(""),
  ).toBe(plain);
});

test("no text of the result can steer the terminal", () => {
  const hostile = withEveryText(runResultFixture(), "\u001b[2J\u0007\u202e\r");
  hostile.data.dataUse = "synthetic";
  expect(renderResultTable(hostile)).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
});

test("a run without a model says so", () => {
  expect(renderResultTable(emptyResultFixture())).toContain("No model was evaluated.");
});
