<?php

// Takes a webhook only when its signature is that of the raw body, as code hosts send it.

function handler($event, $context)
{
    $request = $event->extensions->request;
    $expected = 'sha256=' . hash_hmac('sha256', (string) $request->getBody(), getenv('WEBHOOK_SECRET'));
    if (!hash_equals($expected, $request->getHeaderLine('X-Hub-Signature-256'))) {
        $response = $event->extensions->response->withStatus(401)->withHeader('Content-Type', 'text/plain');
        $response->getBody()->write('wrong signature');
        return $response;
    }
    return ['accepted' => $event->data->action];
}
