// Apache Parquet, written: tables and lists of samples.
export {
  type Gzip,
  type ParquetCell,
  type ParquetColumn,
  type ParquetOptions,
  type ParquetType,
  ParquetWriter,
} from "./parquet.ts";
