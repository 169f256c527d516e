// The TRIPOD+AI checklist of the run: what is known and where it stands, and what the authors must write.
import { type Child, h } from "../html.ts";
import { type TripodItem, toBeWritten, tripodItems, tripodText } from "../tripod.ts";
import type { Section } from "./section.ts";

/** A table of all items under the parts of a paper. */
export const tripodSection: Section = {
  id: "tripod",
  title: "TRIPOD+AI checklist",
  render(result, page) {
    const items = tripodItems(result);
    const parts = [...new Set(items.map(({ part }) => part))];
    return [
      h(
        "p",
        {},
        "What a paper on this run must report, item by item, in our words (after Collins et al., BMJ 2024), filled in with what the run knows. The same stands in tripod-ai.md.",
      ),
      page.table({
        caption: "Items and sub-items of TRIPOD+AI.",
        columns: [{ title: "Item" }, { title: "Asks for" }, { title: "Known" }],
        groups: parts.map((title) => ({
          title,
          rows: items
            .filter(({ part }) => part === title)
            .map((item) => ({ cells: [item.number, item.asks, cell(item)] })),
        })),
      }),
    ];
  },
};

function cell(item: TripodItem): Child {
  if (item.known === null) return h("span", { class: "quiet" }, toBeWritten);
  // a section may be left out of the report, so its name stands here without a link
  const place = item.where ? ` (${item.where.title})` : "";
  return [tripodText(item), place ? h("span", { class: "quiet" }, place) : null];
}
