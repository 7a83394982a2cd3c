#include "outbound/address_guard/url.hpp"

#include <gtest/gtest.h>

namespace frontdesk::address_guard {
namespace {

struct Good {
  std::string_view text, host, authority, target;
  std::uint16_t port;
};

TEST(Url, TakesPlainAddressesApart) {
  const Good cases[] = {
      {"https://example.com", "example.com", "example.com", "/", 443},
      {"HTTPS://Example.COM:443/a?b#c", "example.com", "example.com", "/a?b", 443},
      {"http://example.com:8080?x=1", "example.com", "example.com:8080", "/?x=1", 8080},
      {"https://192.0.2.1/", "192.0.2.1", "192.0.2.1", "/", 443},
      {"http://[2001:DB8:0::1]:81/p", "2001:db8::1", "[2001:db8::1]:81", "/p", 81},
      {"https://xn--bcher-kva.example/%C3%BC", "xn--bcher-kva.example", "xn--bcher-kva.example", "/%C3%BC", 443},
      {"https://a_b.example.com/{id}|x", "a_b.example.com", "a_b.example.com", "/%7Bid%7D%7Cx", 443},
      {"http://1e100.example/a:b@c", "1e100.example", "1e100.example", "/a:b@c", 80},
  };
  for (const auto& each : cases) {
    const auto url = parse_url(each.text);
    ASSERT_TRUE(url) << each.text << ": " << url.error().message;
    EXPECT_EQ(url->host, each.host);
    EXPECT_EQ(url->authority(), each.authority);
    EXPECT_EQ(url->target, each.target);
    EXPECT_EQ(url->port, each.port);
    EXPECT_EQ(parse_url(url->text()), *url) << "what is written is read the same";
  }
}

constexpr std::string_view kAmbiguous[] = {"",
                                           "example.com",
                                           "//example.com/",
                                           "ftp://example.com/",
                                           "https:/example.com/",
                                           "https:example.com",
                                           "https://",
                                           "https:///path",
                                           "https://?q",
                                           "https://:443/",
                                           "https://user@example.com/",
                                           "https://user:pass@example.com/",
                                           "https://@example.com/",
                                           "https://example.com@evil.example/",
                                           "https://example.com\\@evil.example/",
                                           "https:\\\\example.com/",
                                           "https://exa mple.com/",
                                           "https://example.com/a b",
                                           "https://exam\tple.com/",
                                           "https://example.com/\r\nX: y",
                                           " https://example.com/",
                                           "https://example.com/ ",
                                           "https://example.com:0/",
                                           "https://example.com:65536/",
                                           "https://example.com:/",
                                           "https://example.com:80:80/",
                                           "https://example.com:+80/",
                                           "https://example.com:0x50/",
                                           "https://example.com./",
                                           "https://.example.com/",
                                           "https://exa..mple.com/",
                                           "https://exam%70le.com/",
                                           "https://127.1/",
                                           "https://2130706433/",
                                           "https://0x7f.1/",
                                           "https://0x7f000001/",
                                           "https://017700000001/",
                                           "https://0177.0.0.1/",
                                           "https://127.0.0.01/",
                                           "https://1.2.3.4.5/",
                                           "https://127.0.0.1./",
                                           "https://256.0.0.1/",
                                           "https://1.2.3/",
                                           "https://foo.0x/",
                                           "https://foo.09/",
                                           "https://[::1/",
                                           "https://::1/",
                                           "https://[::1]x/",
                                           "https://[fe80::1%25eth0]/",
                                           "https://[fe80::1%eth0]/",
                                           "https://[127.0.0.1]/",
                                           "https://[v1.x]/",
                                           "https://[]/",
                                           "https://[::1]]/",
                                           "https://[[::1]]/",
                                           "https://a[::1]/",
                                           "https://ex\xc3\xa4mple.com/",
                                           "https://\xe2\x91\xa0\xe2\x91\xa1.com/",
                                           "https://example.com/\x7f",
                                           "https://exa!mple.com/",
                                           "https://exa*mple.com/",
                                           "https://example,com/"};

TEST(Url, RefusesWhatReadersDisagreeAbout) {
  for (const auto text : kAmbiguous) EXPECT_FALSE(parse_url(text)) << text;
  EXPECT_FALSE(parse_url("https://example.com/" + std::string(kLongestUrl, 'a')));
  EXPECT_FALSE(parse_url("https://" + std::string(64, 'a') + ".com/"));
  EXPECT_FALSE(parse_url(std::string_view("https://example.com/\0", 21)));
}

TEST(Url, ResolvesReferencesAsRfc3986Says) {
  const auto from = parse_url("http://a.example/b/c/d;p?q").value();
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"g", "http://a.example/b/c/g"},
      {"./g", "http://a.example/b/c/g"},
      {"g/", "http://a.example/b/c/g/"},
      {"/g", "http://a.example/g"},
      {"//g.example", "http://g.example/"},
      {"?y", "http://a.example/b/c/d;p?y"},
      {"g?y", "http://a.example/b/c/g?y"},
      {"#s", "http://a.example/b/c/d;p?q"},
      {";x", "http://a.example/b/c/;x"},
      {"..", "http://a.example/b/"},
      {"../g", "http://a.example/b/g"},
      {"../../g", "http://a.example/g"},
      {"../../../g", "http://a.example/g"},
      {"/./g", "http://a.example/g"},
      {"g;x=1/../y", "http://a.example/b/c/y"},
      {"https://x.example:99/?a:b", "https://x.example:99/?a:b"},
      {"g?y/./x", "http://a.example/b/c/g?y/./x"},
      {"/a//b", "http://a.example/a//b"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto url = resolve(from, reference);
    ASSERT_TRUE(url) << reference;
    EXPECT_EQ(url->text(), expected) << reference;
  }
  for (const auto* bad : {"http:g", "javascript:alert(1)", "file:///etc/passwd", "//user@g.example/", "\\\\g", ""})
    EXPECT_FALSE(resolve(from, bad)) << bad;
}

}  // namespace
}  // namespace frontdesk::address_guard
