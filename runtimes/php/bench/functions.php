<?php

// What is measured. `FUNCTION` names it: `hello` or `sleep`.

declare(strict_types=1);

/** Answer at once, or wait as long as the request says. */
function call(string $name, string $body): string
{
    if ($name === 'hello') {
        return 'hello world';
    }
    usleep((int) (json_decode($body)->seconds * 1000000));
    return 'slept';
}
