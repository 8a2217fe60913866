<?php

// Short links in SQLite, with redirects. The connection is opened on first use and kept by the worker.

function database(): PDO
{
    static $database = null;
    if ($database === null) {
        $database = new PDO('sqlite:/tmp/links.db');
        $database->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
        $database->exec('CREATE TABLE IF NOT EXISTS links (name TEXT PRIMARY KEY, target TEXT NOT NULL)');
    }
    return $database;
}

function handler($event, $context)
{
    $request = $event->extensions->request;
    $response = $event->extensions->response;
    if ($request->getMethod() === 'POST') {
        $name = substr(hash('sha256', $event->data->target), 0, 7);
        $query = database()->prepare('INSERT OR REPLACE INTO links VALUES (?, ?)');
        $query->execute([$name, $event->data->target]);
        $event->extensions->response = $response->withStatus(201);
        return ['link' => "/$name"];
    }
    $query = database()->prepare('SELECT target FROM links WHERE name = ?');
    $query->execute([ltrim($request->getUri()->getPath(), '/')]);
    $target = $query->fetchColumn();
    return $target ? $response->withStatus(302)->withHeader('Location', $target) : $response->withStatus(404);
}
