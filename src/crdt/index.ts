/** Rows, their join, and the data types that compile to row changes. Pure. */
export { DataType, type DataTypeName, ValueEncoding } from "./data-type.js";
