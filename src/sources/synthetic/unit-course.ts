// What happens at the bedside of each stay in intensive care, drawn before anything is written: supports, vital signs, kidneys.
import type { RandomStream } from "../../core/random.ts";
import { drawKidneys, type Kidneys } from "./kidneys.ts";
import type { Story } from "./story.ts";
import { Support } from "./support.ts";
import { VitalSigns } from "./vital-signs.ts";

/** A stay at the bedside. */
export interface UnitCourse {
  support: Support;
  signs: VitalSigns;
  kidneys: Kidneys;
}

/** By stay. */
export type UnitCourses = ReadonlyMap<number, UnitCourse>;

/** Draws all stays of a patient. The severity of the kidneys is known afterwards. */
export function drawUnitCourses(stream: RandomStream, { person, admissions }: Story): UnitCourses {
  const courses = new Map<number, UnitCourse>();
  for (const { problem, parts } of admissions) {
    for (const { icu } of parts) {
      if (!icu) continue;
      const support = new Support(stream, icu, problem);
      const signs = new VitalSigns(stream, person, icu, support);
      const kidneys = drawKidneys(stream, icu.course, person.creatinine, signs);
      support.startDialysis(icu.course);
      courses.set(icu.stayId, { support, signs, kidneys });
    }
  }
  return courses;
}
