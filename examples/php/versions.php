<?php

// Says which releases satisfy a constraint, with a third-party package. Its composer.json takes that
// from the install image, so that the example needs no registry; elsewhere `require` is enough.

use Composer\Semver\Semver;

require 'vendor/autoload.php';

function handler($event, $context)
{
    $releases = Semver::satisfiedBy($event->data->releases, $event->data->constraint);
    return ['best' => Semver::rsort($releases)[0] ?? null, 'all' => $releases];
}
