import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { BedsideError } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { aecgMillivolts, readAecg, readXml } from "./index.ts";

const here = dirname(fileURLToPath(import.meta.url));
const data = join(here, "../../../../shared/data/ecg/xml");

/** A small file of our own: a rhythm strip with two annotations and a derived beat. */
const SMALL = `<?xml version="1.0"?>
<!-- a comment -->
<a:AnnotatedECG xmlns:a="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<effectiveTime><center value="20200102030405"/></effectiveTime>
<component><series><code code="RHYTHM"/><effectiveTime><low value="20200102030405.000"/></effectiveTime>
<component><sequenceSet>
<component><sequence><code code="TIME_ABSOLUTE"/><value xsi:type="GLIST_TS"><head value="20200102030405.000"/><increment value="2" unit="ms"/></value></sequence></component>
<component><sequence><code code="MDC_ECG_LEAD_V1"/><value xsi:type="SLIST_PQ"><origin value="100" unit="uV"/><scale value="2.5" unit="uV"/><digits> 1 -2<!-- cut -->5
 +3 </digits></value></sequence></component>
</sequenceSet></component>
<subjectOf><annotationSet><component><annotation><code code="MDC_ECG_BEAT"/><value xsi:type="CE" code="MDC_ECG_BEAT_NORMAL"/>
<component><annotation><code code="MDC_ECG_WAVC"/><value xsi:type="CE" code="MDC_ECG_WAVC_PWAVE"/><support><supportingROI><code code="ROIPS"/>
<component><boundary><code code="TIME_ABSOLUTE"/><value xsi:type="IVL_TS"><low value="20200102030405.122"/><high value="20200102030406.224"/></value></boundary></component>
<component><boundary><code code="MDC_ECG_LEAD_V1"/></boundary></component></supportingROI></support></annotation></component>
<component><annotation><code code="MDC_ECG_TIME_PD_QT"/><value xsi:type="PQ" value="420" unit="m&#115;"/></annotation></component>
</annotation></component></annotationSet></subjectOf>
<derivation><derivedSeries><code code="REPRESENTATIVE_BEAT"/><component><sequenceSet>
<component><sequence><code code="TIME_RELATIVE"/><value xsi:type="GLIST_PQ"><head value="0" unit="s"/><increment value="0.001" unit="s"/></value></sequence></component>
<component><sequence><code code="MDC_ECG_LEAD_I"/><value xsi:type="SLIST_PQ"><origin value="0" unit="mV"/><scale value="0.001" unit="mV"/><digits>7 8</digits></value></sequence></component>
</sequenceSet></component></derivedSeries></derivation>
</series></component></a:AnnotatedECG>`;

describe("an annotated ECG", () => {
  test("has its leads, times and annotations", () => {
    const { effectiveTime, series } = readAecg(SMALL);
    expect(effectiveTime).toBe("20200102030405");
    const [rhythm, beat] = series;
    expect([rhythm!.code, rhythm!.derived, rhythm!.rateHz, rhythm!.start]).toEqual([
      "RHYTHM",
      false,
      500,
      "20200102030405.000",
    ]);
    expect([beat!.code, beat!.derived, beat!.rateHz]).toEqual(["REPRESENTATIVE_BEAT", true, 1000]);
    expect(rhythm!.leads.map(({ name, digits }) => [name, ...digits])).toEqual([["V1", 1, -25, 3]]);
    expect([...aecgMillivolts(rhythm!.leads[0]!)]).toEqual([0.1025, 0.0375, 0.1075]);
    expect(rhythm!.annotations).toEqual([
      { code: "MDC_ECG_BEAT", value: "MDC_ECG_BEAT_NORMAL", leads: [] },
      { code: "MDC_ECG_WAVC", value: "MDC_ECG_WAVC_PWAVE", parent: 0, fromMs: 122, toMs: 1224, leads: ["V1"] },
      { code: "MDC_ECG_TIME_PD_QT", parent: 0, quantity: 420, unit: "ms", leads: [] },
    ]);
  });

  test.each([
    ["no XML", "MZ", /XML|outside/],
    ["another root", "<a><series/></a>", /annotated ECG/],
    ["a document type", '<!DOCTYPE a [<!ENTITY x "y">]><a/>', /document type/],
    ["elements that cross", "<a><b></a></b>", /order/],
    ["two roots", "<a/><b/>", /root/],
    ["nothing closed", "<a><b>", /cut off/],
    ["a deep nest", "<a>".repeat(500), /nested/],
    ["an attribute without quotes", "<a b=c/>", /attribute/],
    ["a sample that is no number", SMALL.replace("+3", "3.5"), /whole number/],
    ["no increment", SMALL.replace('<increment value="2" unit="ms"/>', ""), /increment/],
    ["a time in another unit", SMALL.replace('value="2" unit="ms"', 'value="2" unit="h"'), /unit/],
  ])("with %s is refused", (_what, text, why) => {
    expect(() => readAecg(text)).toThrow(why);
    expect(() => readAecg(text)).toThrow(BedsideError);
  });

  test("changed in any letter is read or refused, never anything else", () => {
    const random = randomStream(3, "aecg");
    for (let run = 0; run < 20_000; run++) {
      const letters = SMALL.split("");
      for (let i = random.below(3); i >= 0; i--) {
        const at = random.below(letters.length);
        if (random.below(2)) letters[at] = String.fromCharCode(32 + random.below(96));
        else letters.splice(at, random.below(60));
      }
      try {
        for (const { leads } of readAecg(letters.join("")).series) {
          for (const { digits } of leads) expect(digits.length).toBeLessThan(20);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(BedsideError);
      }
    }
  });

  test("keeps entities, marked sections and texts in pieces", () => {
    const texts: string[] = [];
    readXml("<a>x &lt; y<![CDATA[<b>&]]><c k='&quot;'/></a>", {
      open: (name, attributes) => texts.push(`${name}${[...attributes].join()}`),
      close: (name) => texts.push(`/${name}`),
      text: (text) => texts.push(text),
    });
    expect(texts).toEqual(["a", "x &lt; y", "<b>&amp;", 'ck,"', "/c", "/a"]);
  });

  test.skipIf(!existsSync(data))(
    "of FDA's examples is read as ElementTree finds it (skipped without ../shared/data)",
    () => {
      const expected = JSON.parse(readFileSync(join(here, "golden/aecg.json"), "utf8"));
      for (const [file, nodes] of Object.entries<Record<string, unknown>[]>(expected)) {
        const { series } = readAecg(readFileSync(join(data, file), "utf8"));
        const found = series.map(({ code, rateHz, leads, annotations }) => ({
          code,
          increment: 1 / rateHz,
          leads: leads.map((lead) => ({
            code: lead.code,
            scale: lead.scale,
            unit: lead.unit,
            length: lead.digits.length,
            sum: lead.digits.reduce((a, b) => a + b, 0),
            hash: createHash("sha256").update(new Uint8Array(lead.digits.slice().buffer)).digest("hex").slice(0, 24),
          })),
          annotations: annotations.length,
          measured: annotations.filter((a) => a.quantity !== undefined).map((a) => [a.code, a.quantity, a.unit]),
        }));
        expect(found).toEqual(nodes);
      }
    },
  );
});
