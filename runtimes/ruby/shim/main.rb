# frozen_string_literal: true

# The template of the workers: loads the function, then forks a worker whenever the supervisor asks
# for one. The supervisor stops workers: nothing here watches a deadline.

require_relative "worker_library"
require_relative "settings"
require_relative "packages"
require_relative "loader"

$stdout.sync = true # OBSERVABILITY-9
$stderr.sync = true
WorkerLibrary.open
settings = FunctionRuntime.read_settings(ENV)
FunctionRuntime.add_packages(settings.folder)
begin
  handler = FunctionRuntime.load_handler(settings)
rescue FunctionRuntime::LoadFailure => e
  # LOAD-5, LOAD-7: the supervisor takes the last line for the cause.
  $stderr.write("#{e.details}#{e.message}\n")
  exit!(1)
end

# Loaded after the function's own packages, whose versions it takes where there are any (IMAGE-8).
require_relative "worker"
worker = FunctionRuntime::Worker.new(handler, settings)
FunctionRuntime.compact_memory
WorkerLibrary.ready
worker.run if WorkerLibrary.become_worker(worker.base_env)
