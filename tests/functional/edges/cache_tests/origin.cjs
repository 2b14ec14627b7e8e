// Loaded before the tests' own server: keeps it on loopback, lets probes find it ready, and takes a
// folder away that stands in front of a path, as the tests' addresses have one where an edge has a
// route of its own.
const http = require('http')
const net = require('net')

const { listen } = net.Server.prototype
net.Server.prototype.listen = function (port) {
  return listen.call(this, port, '127.0.0.1')
}

const { createServer } = http
http.createServer = (answer) => createServer((request, response) => {
  if (request.url === '/readyz') {
    response.end()
    return
  }
  request.url = request.url.replace(/^\/.*?(?=\/(?:test|config|state)\/)/, '')
  answer(request, response)
})
