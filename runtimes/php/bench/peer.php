<?php

// Slim behind nginx and php-fpm, as in the Kubeless image.

declare(strict_types=1);

require 'Slim/autoload.php';
require __DIR__ . '/functions.php';

$app = new Slim\App();
$app->any('/[{path:.*}]', static function ($request, $response) {
    $response->getBody()->write(call((string) getenv('FUNCTION'), (string) $request->getBody()));
    return $response;
});
$app->run();
