// A server in a thread of the test, which answers as it is told: what a client must cope with.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace gapmeter::test {

class ScriptedServer {
 public:
  // What is sent after so many requests (counted from 0 over all connections); an empty text closes
  // the connection instead.
  using Script = std::function<std::string(int request)>;

  // Afterwards it closes each connection, if it is to.
  explicit ScriptedServer(Script script, bool closes = false)
      : script_(std::move(script)), closes_(closes) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    constexpr int backlog = 128;
    const auto bound = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, bound, size) != 0 || listen(listener_, backlog) != 0 ||
        getsockname(listener_, bound, &size) != 0) {
      throw std::runtime_error("the scripted server can't listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    is_over_ = true;
    thread_.join();
    close(listener_);
    for (const auto& [file, text] : connections_) close(file);
  }

  int port() const { return port_; }
  int requests() const { return requests_; }
  int accepted() const { return accepted_; }

 private:
  void serve() {
    constexpr int wait_ms = 20;
    while (!is_over_) {
      std::vector<pollfd> events{{listener_, POLLIN, 0}};
      for (const auto& [file, text] : connections_) events.push_back({file, POLLIN, 0});
      poll(events.data(), events.size(), wait_ms);
      for (const pollfd& event : events) {
        if (event.revents == 0) continue;
        if (event.fd == listener_) {
          connections_[accept(listener_, nullptr, nullptr)];
          ++accepted_;
        } else {
          read_from(event.fd);
        }
      }
    }
  }

  void read_from(int file) {
    char chunk[4096];
    const ssize_t got = recv(file, chunk, sizeof chunk, 0);
    if (got <= 0) return drop(file);
    std::string& text = connections_[file];
    text.append(chunk, static_cast<std::size_t>(got));
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos) return;
    text.clear();  // requests of these tests have no body
    const std::string answer = script_(requests_++);
    if (answer.empty()) return drop(file);
    send(file, answer.data(), answer.size(), MSG_NOSIGNAL);
    if (closes_) drop(file);
  }

  void drop(int file) {
    close(file);
    connections_.erase(file);
  }

  Script script_;
  bool closes_;
  int listener_ = -1, port_ = 0;
  std::map<int, std::string> connections_{};  // with what has come
  std::atomic<int> requests_ = 0, accepted_ = 0;
  std::atomic<bool> is_over_ = false;
  std::thread thread_{};
};

inline std::string response(const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace gapmeter::test
