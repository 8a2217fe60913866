<?php

declare(strict_types=1);

namespace FunctionRuntime;

// All of the shim is compiled in the template, so that the workers share it.
foreach (['Refusal', 'Body', 'CloudEvent', 'Event', 'Form', 'Extensions', 'Answer', 'Loader', 'Worker'] as $name) {
    require __DIR__ . "/$name.php";
}
unset($name);

// PSR-7 for the function: its own interfaces come first, because Composer's loader does (IMAGE-8).
spl_autoload_register(static function (string $class): void {
    $file = dirname(__DIR__) . '/psr/' . strtr($class, '\\', '/') . '.php';
    if (strncmp($class, 'Psr\\Http\\Message\\', 17) === 0 || strncmp($class, __NAMESPACE__ . '\\Nyholm\\', 23) === 0) {
        is_file($file) && require $file;
    }
});
