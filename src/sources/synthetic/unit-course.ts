// What happens at the bedside of each stay in intensive care, drawn before anything is written: infection, supports, vital signs,
// kidneys.
import type { RandomStream } from "../../core/random.ts";
import { SECONDS_PER_HOUR } from "../../core/time.ts";
import { catchInfection, type Infection } from "./infection.ts";
import { drawKidneys, type Kidneys } from "./kidneys.ts";
import type { Story } from "./story.ts";
import { Support } from "./support.ts";
import { VitalSigns } from "./vital-signs.ts";

/** A stay at the bedside. */
export interface UnitCourse {
  infection: Infection | null;
  support: Support;
  signs: VitalSigns;
  kidneys: Kidneys;
}

/** By stay. */
export type UnitCourses = ReadonlyMap<number, UnitCourse>;

/** Draws all stays of a patient. Their severities are final afterwards. */
export function drawUnitCourses(stream: RandomStream, { person, admissions }: Story): UnitCourses {
  const courses = new Map<number, UnitCourse>();
  for (const { problem, parts } of admissions) {
    for (const { icu } of parts) {
      if (!icu) continue;
      const infection = catchInfection(stream, icu.course, (icu.end - icu.start) / SECONDS_PER_HOUR);
      const support = new Support(stream, icu, problem);
      const signs = new VitalSigns(stream, person, icu, support);
      const kidneys = drawKidneys(stream, icu.course, person.creatinine, signs);
      support.startDialysis(icu.course);
      courses.set(icu.stayId, { infection, support, signs, kidneys });
    }
  }
  return courses;
}
