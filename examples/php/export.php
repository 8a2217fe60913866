<?php

// Streams a report of any length: a generator's pieces are sent as they are made.

function handler($event, $context)
{
    $extensions = $event->extensions;
    $extensions->response = $extensions->response->withHeader('Content-Type', 'text/csv; charset=utf-8');
    yield "number,square\r\n";
    for ($number = 1; $number <= $event->data->rows; $number++) {
        yield $number . ',' . $number ** 2 . "\r\n";
    }
}
