<?php

// Turns a feed of news (RSS) into JSON.

function handler($event, $context)
{
    $news = [];
    foreach (simplexml_load_string($event->data)->channel->item as $item) {
        $news[] = ['title' => (string) $item->title, 'link' => (string) $item->link];
    }
    return $news;
}
