// The binding of the worker library (supervisor/library), compiled from addon/.

import { createRequire } from "node:module";

/** How a request ended, as the supervisor counts it. */
export const OUTCOME = Object.freeze({ noCall: 0, call: 1, failedCall: 2 });

/** What became of bytes to be sent. */
export const SENT = Object.freeze({ lost: -1, later: 0, whole: 1 });

/**
 * What the library tells the worker.
 *
 * @typedef {object} Listeners
 * @property {(slot: number, bytes: Buffer, last: boolean, method?: string, target?: string) => void} request
 *   a whole request has arrived: head and body in `bytes`; `last`: its answer ends the connection.
 *   `method` and `target` are there if `bytes` has others in their place, because Node's parser
 *   refuses these. The call begins.
 * @property {(slot: number, reset: boolean) => void} clientClosed the client has closed its side
 *   of a connection whose request is being answered, or has reset all of it
 * @property {(slot: number) => void} sent what was to be sent later has been sent
 * @property {(slot: number) => void} lost a connection is closed, or the supervisor's again: it was
 *   idle, or its call has passed the deadline
 * @property {() => void} exit the supervisor is gone
 */

/**
 * @typedef {object} Library
 * @property {(listeners: Listeners) => {bodyLimit: number}} open take over the descriptors that the
 *   supervisor has given to this process, and make writes to stdout and stderr wait for their
 *   reader; `bodyLimit` is REQ_MB_LIMIT in bytes
 * @property {() => void} start say that the function is loaded, and receive connections
 * @property {() => void} next deliver the requests that have arrived
 * @property {(slot: number) => string} address the client's address
 * @property {(slot: number, outcome: number, status: number, bytes: number) => boolean} end what is
 *   sent next is the end of an answer with a body of `bytes`; false: the supervisor has answered
 *   in the worker's place
 * @property {(slot: number, piece: Buffer | string, encoding: string) => number} send one of SENT;
 *   the first piece tells the status: nobody else answers from then on (TIMEOUT-13)
 * @property {(slot: number, keep: boolean) => boolean} finish the answer has been sent: wait for the
 *   next request, or close the connection; true: call `next`, because it has arrived already
 * @property {(slot: number, outcome: number, status: number, bytes: number) => void} abort close the
 *   connection so that the client sees that the answer isn't whole
 * @property {() => void} exiting the process is about to end: its calls are answered 500
 */

/**
 * Load the compiled binding, which lies beside the program.
 *
 * @returns {Library}
 */
export function loadLibrary() {
  return createRequire(import.meta.url)("./worker_library.node");
}
