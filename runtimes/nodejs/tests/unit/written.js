import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** Return what `action` writes to descriptor 1. */
export function written(action) {
  const { writeSync } = fs;
  const pieces = [];
  fs.writeSync = (descriptor, bytes) => {
    pieces.push(bytes);
    return bytes.length;
  };
  syncBuiltinESMExports();
  try {
    action();
  } finally {
    fs.writeSync = writeSync;
    syncBuiltinESMExports();
  }
  return Buffer.concat(pieces).toString();
}
