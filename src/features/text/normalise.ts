// Chief complaints on one footing: small letters, single blanks, the commonest abbreviations of triage written out.

/** Written by triage nurses for what others write out. Whole words only; few, as each must mean one thing in a complaint. */
const abbreviations: Readonly<Record<string, string>> = {
  abd: "abdominal",
  abdo: "abdominal",
  ams: "altered mental status",
  bibems: "brought by ambulance",
  brbpr: "rectal bleeding",
  cp: "chest pain",
  doe: "dyspnea on exertion",
  etoh: "alcohol",
  fx: "fracture",
  gib: "gastrointestinal bleed",
  ha: "headache",
  htn: "hypertension",
  lac: "laceration",
  lbp: "lower back pain",
  lle: "left leg",
  loc: "loss of consciousness",
  lt: "left",
  lue: "left arm",
  mvc: "motor vehicle collision",
  mva: "motor vehicle collision",
  "n/v": "nausea vomiting",
  "n/v/d": "nausea vomiting diarrhea",
  rle: "right leg",
  rlq: "right lower abdominal",
  rt: "right",
  rue: "right arm",
  ruq: "right upper abdominal",
  "s/p": "after",
  si: "suicidal",
  sob: "dyspnea",
  "shortness of breath": "dyspnea",
  sz: "seizure",
  uti: "urinary infection",
};

const longest = Object.keys(abbreviations).sort((a, b) => b.length - a.length);
const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${longest.join("|")})(?![\\p{L}\\p{N}_])`, "gu");

/**
 * A complaint as it is hashed. No spelling is mended: characters in a row find what is nearly the same.
 * @example normaliseComplaint("  SOB, N/V ") // "dyspnea, nausea vomiting"
 */
export function normaliseComplaint(text: string): string {
  return text
    .toLowerCase()
    .replace(/\s+/gu, " ")
    .trim()
    .replace(pattern, (short) => abbreviations[short]!);
}
