import { expect, test } from "vitest";
import { escapeText, fragment, h, slug, svg } from "./html.ts";

test("text and attributes are escaped, and empty values left out", () => {
  expect(h("p", { title: `"'<&>`, hidden: true, class: null, id: false }, "a < b", null, false, [1, "&"]).markup).toBe(
    '<p title="&quot;&#39;&lt;&amp;&gt;" hidden>a &lt; b1&amp;</p>',
  );
  expect(h("br", {}).markup).toBe("<br>");
});

test("an attribute with a name that could break out is left out", () => {
  expect(h("p", { "onclick=alert(1) x": "1", "a b": "2" }).markup).toBe("<p></p>");
});

test("control characters and those that turn text round are dropped", () => {
  expect(escapeText("a\u0000b\u001bc\u202ed\u2066e\nf")).toBe("abcde\nf");
  expect(svg("<svg>\u0000</svg>").markup).toBe("<svg></svg>");
});

test("finished markup passes once and is not escaped again", () => {
  expect(fragment(h("b", {}, "&"), "&").markup).toBe("<b>&amp;</b>&amp;");
});

test("a text becomes an anchor of letters, digits and hyphens", () => {
  expect(slug("Age, in years (≥ 80)")).toBe("age-in-years-80");
});
