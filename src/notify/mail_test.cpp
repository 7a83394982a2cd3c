#include "notify/mail.hpp"

#include <gtest/gtest.h>

namespace frontdesk::notify {
namespace {

constexpr base::UtcTime kNow{1'800'000'000'000};  // Fri, 15 Jan 2027 08:00:00 UTC
const Sender kDesk{"desk@hillside.example", "Hillside"};

std::string text_of(const Mail& mail, const Sender& from = kDesk) {
  const auto text = message_text(mail, from, kNow, "mail_1");
  return text ? text->expose() : "(refused)";
}

}  // namespace

TEST(Mail, IsAMessageOfTheStandard) {
  EXPECT_EQ(text_of({"zoe@hillside.example", "Welcome", base::Secret("Hello\nZoë\n")}),
            "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n"
            "From: Hillside <desk@hillside.example>\r\n"
            "To: zoe@hillside.example\r\n"
            "Subject: Welcome\r\n"
            "Message-ID: <mail_1@hillside.example>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "\r\n"
            "SGVsbG8NClpvw6sNCg==\r\n");
}

TEST(Mail, EncodesWhatIsNoAscii) {
  const auto text =
      text_of({"zoe@hillside.example", "Grüße", base::Secret("x")}, {"desk@hillside.example", "Zahnärzte \"Hügel\""});
  EXPECT_NE(text.find("Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n"), std::string::npos);
  EXPECT_NE(text.find("From: =?UTF-8?B?"), std::string::npos);
  EXPECT_EQ(text.find('"'), std::string::npos);
}

TEST(Mail, LetsNobodyAddAHeader) {
  const auto text =
      text_of({"zoe@hillside.example", "Hi\r\nBcc: eve@evil.example\r\n\r\nbody", base::Secret(".\r\nQUIT\r\n")},
              {"desk@hillside.example", "Desk\r\nBcc: eve@evil.example"});
  EXPECT_EQ(text.find("\nBcc:"), std::string::npos);
  EXPECT_EQ(text.find("\r\n.\r\n"), std::string::npos);
  EXPECT_EQ(text.find("QUIT"), std::string::npos);
  for (const std::string to : {"", "zoe", "@x", "zoe@", "zoe@x\r\nBcc: eve@y", "zoe@x>", "<zoe@x>", "zoe@x eve@y",
                               "zoe@x,eve@y", "zoe@@x", "zo\xc3\xab@x", "\"zoe\"@x"})
    EXPECT_EQ(text_of({to, "Hi", base::Secret("x")}), "(refused)") << to;
}

TEST(Mail, KeepsLinesShort) {
  std::string subject;
  for (int i = 0; i < 50; ++i) subject += "ünïcödé ";
  const auto text = text_of({"zoe@hillside.example", subject, base::Secret(std::string(5000, 'x'))});
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find("\r\n", at);
    ASSERT_NE(end, std::string::npos);
    longest = std::max(longest, end - at);
    at = end + 2;
  }
  EXPECT_LE(longest, 90U);
  EXPECT_EQ(text.find("\n\n"), std::string::npos);
}

TEST(Mail, WithoutAServerSaysWhatToDo) {
  NoMailer none;
  const auto refused = none.send({"zoe@hillside.example", "Hi", base::Secret("x")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::unavailable);
}

}  // namespace frontdesk::notify
