// What servers are asked: read from a file, and as it is sent.
#include "harness/model/server_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

std::string error_of_server(const std::string& text, bool is_http = true) {
  return test::message_of<std::invalid_argument>([&] { parse_request(text, is_http); });
}

TEST(Requests, OfAJsonFileArePosted) {
  const HttpRequest request = parse_request(" {\"x\": 1}\n", false);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/");
  EXPECT_THAT(request.headers, ElementsAre(Pair("Content-Type", "application/json")));
  EXPECT_EQ(request.body, "{\"x\": 1}");
}

TEST(Requests, OfAnHttpFileHaveWhatItSays) {
  const HttpRequest request = parse_request(
      "PUT /items/3?q=a%20b HTTP/1.1\r\nAccept: */*\r\nX-Key:  a: b\r\n\r\nname=x\n", true);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/items/3?q=a%20b");
  EXPECT_THAT(request.headers, ElementsAre(Pair("Accept", "*/*"), Pair("X-Key", "a: b")));
  EXPECT_EQ(request.body, "name=x");
}

TEST(Requests, MayBeOneLine) {
  const HttpRequest request = parse_request("GET /health\n", true);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/health");
  EXPECT_THAT(request.headers, IsEmpty());
  EXPECT_EQ(request.body, "");
}

TEST(Requests, ThatCannotBeReadAreRefusedWithWhatToDo) {
  EXPECT_THAT(error_of_server("", false), HasSubstr("empty"));
  EXPECT_THAT(error_of_server("{\"x\": }", false),
              HasSubstr("not JSON; another body goes into an .http"));
  EXPECT_THAT(error_of_server("{\"x\": 1}"), HasSubstr("should be like POST /predict HTTP/1.1"));
  EXPECT_THAT(error_of_server("GET predict"), HasSubstr("should be like POST /predict"));
  EXPECT_THAT(error_of_server("POST /\n{\"x\": 1}"),
              HasSubstr("an empty line comes before the body"));
  EXPECT_THAT(error_of_server("POST /\nhost: x\n\n"), HasSubstr("leave out host: it is added"));
  EXPECT_THAT(error_of_server("POST /\nContent-Length: 3\n\nabc"),
              HasSubstr("leave out Content-Length"));
}

TEST(Requests, AreSentWithTheirLength) {
  EXPECT_EQ(to_text({.target = "/predict", .body = "{}"}, 8000),
            "POST /predict HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\n\r\n{}");
  EXPECT_EQ(to_text({.method = "GET", .target = "/x", .headers = {}}, 80),
            "GET /x HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n");
  EXPECT_THAT(to_text({.headers = {}}, 80), HasSubstr("Content-Length: 0"));
}

TEST(PlaceholdersOfServers, AreOthersThanThoseOfCommands) {
  const CommandSpec command =
      parse_command("{python} -m app {port} -w{threads}", server_placeholders);
  EXPECT_THAT(filled_in(command, "{port}", "81").words,
              ElementsAre("{python}", "-m", "app", "81", "-w{threads}"));
  const auto error = [](const std::string& text) {
    return test::message_of<std::invalid_argument>(
        [&] { parse_command(text, server_placeholders); });
  };
  EXPECT_THAT(error("app {n}"),
              HasSubstr("no placeholder {n}, only {port}, {threads} and {python}"));
}

}  // namespace
}  // namespace gapmeter
