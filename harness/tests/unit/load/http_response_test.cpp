// Answers of HTTP/1.1, whole and in pieces of any length.
#include "harness/load/http_response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::HasSubstr;

// Reads the text in pieces of this length; checks that nothing is taken after the answer's end.
HttpResponse read(const std::string& text, std::size_t piece, HttpParser parser = HttpParser()) {
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const std::string part = text.substr(at, piece);
    EXPECT_EQ(parser.take(part), part.size()) << "in pieces of " << piece;
  }
  EXPECT_TRUE(parser.is_complete()) << text;
  return parser.response();
}

// The same however it is cut.
void expect_response(const std::string& text, const HttpResponse& expected) {
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    EXPECT_EQ(read(text, piece), expected) << text << " in pieces of " << piece;
  }
}

std::string refusal_of(const std::string& text) {
  return test::message_of<std::runtime_error>([&] { HttpParser().take(text); });
}

TEST(Responses, WithALengthEndWithIt) {
  expect_response("HTTP/1.1 200 OK\r\ncontent-LENGTH:  5 \r\nX: y\r\n\r\nhello",
                  {.status = 200, .body = "hello"});
  expect_response("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                  {.status = 404, .body = ""});
}

TEST(Responses, InChunksAreJoined) {
  expect_response(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
      "5\r\nhello\r\nB;name=value\r\n, you there\r\n0\r\nTrailer: x\r\n\r\n",
      {.status = 200, .body = "hello, you there"});
}

TEST(Responses, WithoutALengthEndWithTheConnection) {
  HttpParser parser;
  parser.take("HTTP/1.1 200 OK\r\n\r\nhel");
  parser.take("lo");
  EXPECT_FALSE(parser.is_complete());
  parser.end();
  EXPECT_EQ(parser.response(),
            (HttpResponse{.status = 200, .body = "hello", .keeps_connection = false}));
}

TEST(Responses, SayWhetherTheConnectionStays) {
  const auto stays = [](const std::string& head) {
    return read(head + "Content-Length: 0\r\n\r\n", 1000).keeps_connection;
  };
  EXPECT_TRUE(stays("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(stays("HTTP/1.1 200 OK\r\nConnection: Close\r\n"));
  EXPECT_FALSE(stays("HTTP/1.0 200 OK\r\n"));
  EXPECT_TRUE(stays("HTTP/1.0 200 OK\r\nconnection: Upgrade, Keep-Alive\r\n"));
}

TEST(Responses, ThatHaveNoBodyEndWithTheirHeaders) {
  expect_response("HTTP/1.1 204 No Content\r\n\r\n", {.status = 204});
  HttpParser of_head(/*has_body=*/false);
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", 7, of_head).body, "");
}

TEST(Responses, MayComeAfterAnInterimOne) {
  expect_response("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
                  {.status = 200, .body = "x"});
}

TEST(Responses, LeaveWhatFollowsThem) {
  HttpParser parser;
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
  EXPECT_EQ(parser.take(answer + "HTTP/1.1"), answer.size());
  parser.reset();
  EXPECT_FALSE(parser.has_begun());
  EXPECT_EQ(read("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 3, parser).status, 201);
}

TEST(Responses, ThatAreNoneAreRefusedWithWhatTheyAre) {
  EXPECT_THAT(refusal_of("SSH-2.0-OpenSSH_9.2\r\n"), HasSubstr("begins with 'SSH-2.0"));
  EXPECT_THAT(refusal_of("HTTP/2 200\r\n\r\n"), HasSubstr("no HTTP/1.1"));
  EXPECT_THAT(refusal_of("HTTP/1.1 2x0 OK\r\n\r\n"), HasSubstr("its status is '2x0'"));
  EXPECT_THAT(refusal_of("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"), HasSubstr("'nonsense'"));
  EXPECT_THAT(refusal_of("HTTP/1.1 200 OK\r\nContent-Length: 1e9\r\n\r\n"),
              HasSubstr("Content-Length is '1e9'"));
  EXPECT_THAT(refusal_of("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"),
              HasSubstr("too much"));
  EXPECT_THAT(refusal_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"),
              HasSubstr("longer than it says"));
  EXPECT_THAT(refusal_of("HTTP/1.1 200 OK\r\n" + std::string(1 << 17, 'a')),
              HasSubstr("headers never end"));
}

TEST(Responses, ThatAreCutOffAreTold) {
  HttpParser parser;
  EXPECT_THAT(test::message_of<std::runtime_error>([&] { parser.end(); }),
              HasSubstr("without an answer"));
  parser.take("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
  EXPECT_THAT(test::message_of<std::runtime_error>([&] { parser.end(); }),
              HasSubstr("within its answer"));
}

}  // namespace
}  // namespace gapmeter
