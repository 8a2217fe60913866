-- The request of one function (`hello` or `sleep`), with `close` each on a connection of its own,
-- and wrk's results as one line of JSON.
function init(arguments)
  if arguments[1] == "sleep" then
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = '{"seconds": 0.01}'
  end
  if arguments[2] == "close" then
    wrk.headers["Connection"] = "close"
  end
end

function done(summary, latency)
  local failed = summary.errors
  local errors = failed.connect + failed.read + failed.write + failed.status + failed.timeout
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "errors": %d, "p50": %d, "p99": %d}\n',
    summary.requests, summary.duration, errors, latency:percentile(50), latency:percentile(99)))
end
