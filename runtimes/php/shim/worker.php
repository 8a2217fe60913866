<?php

// The template: loads the function once, and forks the workers, which go on from there.

declare(strict_types=1);

require __DIR__ . '/src/autoload.php';

FunctionRuntime\open();
register_shutdown_function([FunctionRuntime\Loader::class, 'end']);
try {
    // Out here, because what the file keeps in variables has to be global for its functions.
    require FunctionRuntime\Loader::start(getenv());
    FunctionRuntime\Loader::find();
} catch (Throwable $error) {
    FunctionRuntime\Loader::fail($error);
}
FunctionRuntime\Worker::run();
