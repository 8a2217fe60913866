// A request that is answered without a call.

import { STATUS_CODES } from "node:http";

// RESPONSE-15: Node has the older phrase for it.
const TOO_LARGE = "Content Too Large";

/** The answer has the `status` and the `headers`; its body is the reason phrase. */
export class RequestError extends Error {
  /**
   * @param {number} status
   * @param {Record<string, string>} headers
   */
  constructor(status, headers = {}) {
    super(status === 413 ? TOO_LARGE : STATUS_CODES[status]);
    /** @readonly */
    this.status = status;
    /** @readonly */
    this.headers = headers;
  }
}
