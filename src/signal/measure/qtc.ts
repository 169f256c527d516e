// The QT interval corrected for heart rate, by the four usual formulas. QT in ms, RR in seconds.

/** QT / √RR (Bazett, Heart 1920;7:353). */
export const qtcBazett = (qtMs: number, rrSeconds: number): number => qtMs / Math.sqrt(rrSeconds);
/** QT / ∛RR (Fridericia, Acta Med Scand 1920;53:469). */
export const qtcFridericia = (qtMs: number, rrSeconds: number): number => qtMs / Math.cbrt(rrSeconds);
/** QT + 154 (1 − RR) (Sagie et al., Framingham, Am J Cardiol 1992;70:797). */
export const qtcFramingham = (qtMs: number, rrSeconds: number): number => qtMs + 154 * (1 - rrSeconds);
/** QT + 1.75 (60/RR − 60) (Hodges et al., JACC 1983;1:694). */
export const qtcHodges = (qtMs: number, rrSeconds: number): number => qtMs + 1.75 * (60 / rrSeconds - 60);
