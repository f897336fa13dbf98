// The messages between the program and its workers, as JSON: one request in, one answer out.
//
// A worker runs code that the program does not trust, so every answer is checked: it must parse,
// belong to the request (the nonce), have this protocol version and contain only possible values.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "harness/model/description.h"
#include "harness/model/measurement.h"
#include "harness/model/task.h"

namespace gapmeter {

inline constexpr int protocol_version = 7;

// A message that violates the protocol; what() names the field.
class InvalidMessage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Ask a worker what variants there are.
struct DescribeRequest {
  std::string module{};  // the stem of the only module to import; empty: all

  bool operator==(const DescribeRequest&) const = default;
};

// A server alone is to be described.
using Assignment = std::variant<DescribeRequest, Task, ServerTask>;

struct Request {
  std::uint64_t nonce = 0;
  std::string python_dir;  // where the kernels' .py files are
  Assignment task;
  std::string extension_dir{};  // where extension modules for Python variants are
};

std::string encode(const Request& request);
Request decode_request(std::string_view text);

std::string encode(const Measurement& measurement, std::uint64_t nonce);
Measurement decode_measurement(std::string_view text, std::uint64_t nonce);

std::string encode(const NativeDescription& description, std::uint64_t nonce);
NativeDescription decode_native_description(std::string_view text, std::uint64_t nonce);

std::string encode(const ServerDescription& description, std::uint64_t nonce);
ServerDescription decode_server_description(std::string_view text, std::uint64_t nonce);

std::string encode(const PythonDescription& description, std::uint64_t nonce);
PythonDescription decode_description(std::string_view text, std::uint64_t nonce);

}  // namespace gapmeter
