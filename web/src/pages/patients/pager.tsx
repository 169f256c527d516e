// The way through a list that the server gives a page at a time; the page's number stands in the address.
import { setParameters } from "../../router.ts";
import { text } from "./text.ts";

/** @param page Of 0, 1 … */
export function Pager({ page, total, perPage }: { page: number; total: number; perPage: number }) {
  return (
    <p class="row">
      <button
        type="button"
        disabled={page === 0}
        onClick={() => setParameters({ page: page > 1 ? String(page - 1) : null })}
      >
        {text.earlier}
      </button>
      <span>{`${page + 1} / ${Math.max(1, Math.ceil(total / perPage))}`}</span>
      <button
        type="button"
        disabled={(page + 1) * perPage >= total}
        onClick={() => setParameters({ page: String(page + 1) })}
      >
        {text.later}
      </button>
    </p>
  );
}
