module kubeless

go 1.24

require github.com/yuin/goldmark v1.7.8
