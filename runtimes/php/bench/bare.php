<?php

// A plain script behind nginx and php-fpm, which write the access log that our images write.

declare(strict_types=1);

require __DIR__ . '/functions.php';

echo call((string) getenv('FUNCTION'), (string) file_get_contents('php://input'));
