<?php

// What no `try` catches.

function handler($event, $context)
{
}

if (true) {
    function handler($event, $context)
    {
    }
}
