// The messages between the program and its workers, each kind that there is.
#include <string>

#include "harness/tests/fuzz/target.h"
#include "harness/protocol/messages.h"

using gapmeter::fuzz::expect;

namespace {

constexpr std::uint64_t nonce = 42;  // of the messages in the corpus

// Decodes a message of one kind, and what it becomes when encoded.
template <class Decode, class Encode>
void round_trip(std::string_view text, const Decode& decode, const Encode& encode) {
  std::string written;
  try {
    written = encode(decode(text));
  } catch (const gapmeter::InvalidMessage&) {
    return;
  }
  expect(encode(decode(written)) == written, "a message that is written reads back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = gapmeter::fuzz::text_of(data, size);
  const auto encode = [](const auto& message) { return gapmeter::encode(message, nonce); };
  round_trip(text, gapmeter::decode_request,
             [](const gapmeter::Request& request) { return gapmeter::encode(request); });
  round_trip(
      text, [](std::string_view message) { return gapmeter::decode_measurement(message, nonce); },
      encode);
  round_trip(
      text,
      [](std::string_view message) { return gapmeter::decode_native_description(message, nonce); },
      encode);
  round_trip(
      text, [](std::string_view message) { return gapmeter::decode_description(message, nonce); },
      encode);
  round_trip(
      text,
      [](std::string_view message) { return gapmeter::decode_server_description(message, nonce); },
      encode);
  return 0;
}
