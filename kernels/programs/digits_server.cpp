// digits_server PORT MODEL: the digits perceptron of mlp_infer over HTTP, on 127.0.0.1: POST
// /predict with {"pixels": [64 numbers]} is answered with {"digit": …, "probabilities": [10
// numbers]}. One thread, as asynchronous servers have for each core. The kernel serve measures it.
//
// Boost.Beast speaks HTTP alone, as uvicorn's h11 does, and is in every distribution. nlohmann-json
// and not Boost.JSON: Debian 12's Boost, 1.74, has none yet.

// Boost 1.74 forgets <utility>, so that the standard library comes first.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using nlohmann::json;

using Values = std::vector<float>;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

struct Layer {
  std::vector<Values> w;  // a row for each input
  Values b;
};

struct Model {
  Layer first, second, last;
};

Model read_model(const char* path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(std::string("cannot read ") + path);
  const json weights = json::parse(file);
  const auto layer = [&](const char* w, const char* b) {
    return Layer{weights.at(w).get<std::vector<Values>>(), weights.at(b).get<Values>()};
  };
  return {layer("w1", "b1"), layer("w2", "b2"), layer("w3", "b3")};
}

Values layer_output(const Layer& layer, const Values& x) {
  if (x.size() != layer.w.size()) throw std::invalid_argument("wrong number of pixels");
  Values y = layer.b;
  for (std::size_t k = 0; k < x.size(); ++k) {
    for (std::size_t j = 0; j < y.size(); ++j) y[j] += x[k] * layer.w[k][j];
  }
  return y;
}

Values rectified(Values values) {
  for (float& value : values) value = std::max(value, 0.0F);
  return values;
}

Values probabilities(const Model& model, Values pixels) {
  for (float& pixel : pixels) pixel /= 16;
  const Values hidden =
      rectified(layer_output(model.second, rectified(layer_output(model.first, pixels))));
  Values scores = layer_output(model.last, hidden);
  const float largest = *std::max_element(scores.begin(), scores.end());
  float total = 0;
  for (float& score : scores) total += score = std::exp(score - largest);
  for (float& score : scores) score /= total;
  return scores;
}

std::string predict(const Model& model, const std::string& body) {
  const Values found = probabilities(model, json::parse(body).at("pixels").get<Values>());
  const auto digit = std::max_element(found.begin(), found.end()) - found.begin();
  return json{{"digit", digit}, {"probabilities", found}}.dump();
}

Response answer(const Model& model, const Request& request) {
  Response response{http::status::ok, request.version()};
  response.keep_alive(request.keep_alive());
  response.set(http::field::content_type, "application/json");
  if (request.method() != http::verb::post || request.target() != "/predict") {
    response.result(http::status::not_found);
    response.body() = "{}";
  } else {
    try {
      response.body() = predict(model, request.body());
    } catch (const std::exception& error) {
      response.result(http::status::unprocessable_entity);
      response.body() = json{{"detail", error.what()}}.dump();
    }
  }
  response.prepare_payload();
  return response;
}

// One connection, request after request, until either side ends it.
asio::awaitable<void> serve(tcp::socket socket, const Model& model) {
  try {
    socket.set_option(tcp::no_delay(true));
    beast::flat_buffer buffer;
    for (bool goes_on = true; goes_on;) {
      Request request;
      co_await http::async_read(socket, buffer, request, asio::use_awaitable);
      Response response = answer(model, request);
      co_await http::async_write(socket, response, asio::use_awaitable);
      goes_on = response.keep_alive();
    }
  } catch (const boost::system::system_error&) {
    // The client is gone, or what it sends is not HTTP: the connection ends.
  }
}

unsigned short port_of(const std::string& text) {
  unsigned short port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || *end != '\0') throw std::invalid_argument(text + " is no port");
  return port;
}

asio::awaitable<void> listen(tcp::acceptor acceptor, const Model& model) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), model), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: digits_server PORT MODEL\n", stderr);
    return 2;
  }
  try {
    const Model model = read_model(argv[2]);
    asio::io_context context(1);  // one thread: no locks
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), port_of(argv[1])});
    std::exception_ptr failure;
    asio::co_spawn(context, listen(std::move(acceptor), model),
                   [&](std::exception_ptr error) { failure = error; });
    context.run();
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "digits_server: %s\n", error.what());
    return 1;
  }
}
