# frozen_string_literal: true

# The template of the workers: loads the function, then forks a worker whenever the supervisor asks
# for one. The supervisor stops workers: nothing here watches a deadline.

%w[worker_library settings packages loader].each { |name| require_relative name }

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
# Makes the memory small that all workers share, because they are forked from this process.
Process.respond_to?(:warmup) ? Process.warmup : GC.start
WorkerLibrary.ready
worker.run if WorkerLibrary.become_worker(worker.base_env)
