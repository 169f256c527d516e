// Pictures of ECGs: the standard sheet as SVG and PNG, marks of waves, and what paper and scanners do to it.
export type { IndexedImage } from "./canvas.ts";
export type { PaperId } from "./colours.ts";
export { type DistortedPicture, type Distortions, type DistortOptions, distort } from "./distort.ts";
export { type DrawnSheet, type DrawOptions, drawSheet, ecgPng, type PicturePiece } from "./draw.ts";
export { MARK_COLOURS, type PictureMark } from "./fiducials.ts";
export { montage } from "./montage.ts";
export { type Deflate, encodePng, type PngOptions } from "./png.ts";
export { asRgb, type RgbImage } from "./rgb.ts";
export type { PictureRecord, SheetFormat, SheetOptions } from "./sheet.ts";
export { ecgSvg, type SvgOptions } from "./svg.ts";
export { type EcgWindow, ecgWindow, type WindowedLead, type WindowedRecord, type WindowOptions } from "./window.ts";
