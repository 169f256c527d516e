// The sections of the report, in the order they are read.
import { cohortSection, splitsSection, tableOneSection } from "./cohort.ts";
import { calibrationSection, decisionSection, discriminationSection, thresholdSection } from "./curves.ts";
import { explanationSection } from "./explanation.ts";
import { glossarySection } from "./glossary.ts";
import { coefficientsSection, missingnessSection, pathSection } from "./inside.ts";
import { dataSection, faultsSection, manifestSection, reproduceSection } from "./provenance.ts";
import { bestPossibleSection, publishedSection, resultsSection } from "./results.ts";
import type { Section } from "./section.ts";
import { subgroupsSection } from "./subgroups.ts";

export const sections: Section[] = [
  cohortSection,
  tableOneSection,
  splitsSection,
  resultsSection,
  publishedSection,
  bestPossibleSection,
  discriminationSection,
  calibrationSection,
  decisionSection,
  thresholdSection,
  coefficientsSection,
  pathSection,
  explanationSection,
  missingnessSection,
  subgroupsSection,
  faultsSection,
  dataSection,
  manifestSection,
  reproduceSection,
  glossarySection,
];
