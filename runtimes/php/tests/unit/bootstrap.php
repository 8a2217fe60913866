<?php

declare(strict_types=1);

require '/opt/shim/src/autoload.php';
require __DIR__ . '/Supervisor.php';
