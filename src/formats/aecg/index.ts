// HL7 annotated ECG: leads, representative beats and annotations from its XML.
export * from "./aecg.ts";
export { readXml, type XmlHandler } from "./xml.ts";
