// The sections of the report, in the order they are read.
import { alarmsSection } from "./alarms.ts";
import { attentionSection } from "./attention.ts";
import { cohortSection, splitsSection, tableOneSection } from "./cohort.ts";
import { calibrationSection, decisionSection, discriminationSection, thresholdSection } from "./curves.ts";
import { explanationSection } from "./explanation.ts";
import { glossarySection } from "./glossary.ts";
import { coefficientsSection, missingnessSection, pathSection } from "./inside.ts";
import { agreementSection, confusionSection, perNameSection } from "./outcomes.ts";
import { dataSection, faultsSection, manifestSection, reproduceSection } from "./provenance.ts";
import { recalibrationSection } from "./recalibration.ts";
import { bestPossibleSection, publishedSection, resultsSection } from "./results.ts";
import { crossSourceSection, leaksSection, underTriageSection } from "./safety.ts";
import { scoreTableSection } from "./score-table.ts";
import type { Section } from "./section.ts";
import { subgroupsSection } from "./subgroups.ts";
import { tripodSection } from "./tripod.ts";
import { conformalSection, seedsSection } from "./uncertainty.ts";

export const sections: Section[] = [
  cohortSection,
  tableOneSection,
  splitsSection,
  resultsSection,
  publishedSection,
  bestPossibleSection,
  seedsSection,
  crossSourceSection,
  discriminationSection,
  agreementSection,
  confusionSection,
  perNameSection,
  calibrationSection,
  recalibrationSection,
  decisionSection,
  thresholdSection,
  alarmsSection,
  underTriageSection,
  conformalSection,
  coefficientsSection,
  pathSection,
  scoreTableSection,
  explanationSection,
  attentionSection,
  missingnessSection,
  subgroupsSection,
  leaksSection,
  faultsSection,
  dataSection,
  manifestSection,
  reproduceSection,
  tripodSection,
  glossarySection,
];
