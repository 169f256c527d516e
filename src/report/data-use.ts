// What may be done with a report and with models, by the terms of the records they were made from.
import type { RunResult } from "../run/result.ts";

type DataUse = RunResult["data"]["dataUse"];

/** In two words, for the head of the page. */
export const dataUseName: Record<DataUse, string> = {
  open: "open data",
  credentialed: "credentialed data",
  synthetic: "made-up patients",
};

/** For the report: who may see it. */
export const reportUse: Record<DataUse, string> = {
  open: "Open data: anyone may have these records, and this report holds only figures of groups. Research use only.",
  credentialed:
    "Credentialed data: these records are lent under a data use agreement. No record leaves this machine with the report, and counts of 1 to 10 people are withheld; models made from the records are restricted like the records. Research use only.",
  synthetic:
    "Synthetic data: the patients were made up by a program; none of them is a real person. Research use only; no figure here says anything about real patients.",
};

/** For the model card: what may be done with the models. */
export const modelUse: Record<DataUse, string> = {
  open: "The models were made from open data. They may be passed on under the terms of that data.",
  credentialed:
    "The models were made from credentialed data and can hold traces of it: treat them as restricted like the data itself. Pass them on only as its data use agreement allows, and send neither them nor the records to an online service.",
  synthetic:
    "The models were made from made-up patients. They may be passed on freely and are of no use on real patients.",
};
