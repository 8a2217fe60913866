// A request that is answered without a call.

import { STATUS_CODES } from "node:http";

/** The answer has the `status`; its body is the reason phrase. */
export class RequestError extends Error {
  /** @param {number} status */
  constructor(status) {
    super(STATUS_CODES[status]);
    /** @readonly */
    this.status = status;
  }
}
