#include "sip/transfer.hpp"

#include <gtest/gtest.h>

#include "sip/reliable_provisional.hpp"

namespace frontdesk::sip {
namespace {

using State = TransferProgress::State;

std::optional<State> state_of(const Transfer::Report& report) {
  return report ? std::optional(report->state) : std::nullopt;
}

TEST(ReferTo, EscapesReplaces) {
  EXPECT_EQ(refer_to("sip:bob@b", std::nullopt), "<sip:bob@b>");
  EXPECT_EQ(refer_to("sip:bob@b", ReplacedDialog{"a;b@c", "t=1", "f&2", false}),
            "<sip:bob@b?Replaces=a%3Bb%40c%3Bto-tag%3Dt%3D1%3Bfrom-tag%3Df%262>");
}

TEST(Replaces, IsRead) {
  const auto dialog = parse_replaces("98732@sip.example.com ;from-tag=r33th4x0r;to-tag=ff87ff");
  ASSERT_TRUE(dialog);
  EXPECT_EQ(dialog->call_id, "98732@sip.example.com");
  EXPECT_EQ(dialog->from_tag, "r33th4x0r");
  EXPECT_EQ(dialog->to_tag, "ff87ff");
  EXPECT_FALSE(dialog->early_only);
  EXPECT_TRUE(parse_replaces("a;to-tag=b;from-tag=c;early-only")->early_only);
  for (const char* bad : {"", "a", "a;to-tag=b", ";to-tag=b;from-tag=c", "a;to-tag=;from-tag=c"}) {
    EXPECT_FALSE(parse_replaces(bad)) << bad;
  }
}

TEST(Transfer, TargetsThatCouldSmuggleAreRefused) {
  EXPECT_TRUE(transferable("sip:+442079460000@carrier.example;user=phone"));
  EXPECT_TRUE(transferable("tel:+442079460000"));
  for (const char* bad : {"", "tel:", "bob", "http://x", "sip:a@b>\r\nX: y", "sip:a@b>", "sip:a b@c",
                          "sip:a@b?Replaces=c", "sip:a@b\n"}) {
    EXPECT_FALSE(transferable(bad)) << bad;
  }
}

TEST(SipFragment, IsRead) {
  EXPECT_EQ(parse_sipfrag("SIP/2.0 486 Busy Here\r\nX: y")->status, 486);
  EXPECT_EQ(parse_sipfrag("SIP/2.0 486 Busy Here\r\nX: y")->reason, "Busy Here");
  EXPECT_EQ(parse_sipfrag("SIP/2.0 200")->status, 200);
  for (const char* bad : {"", "hello", "SIP/2.0 ", "SIP/2.0 xx", "SIP/2.0 99 Low", "SIP/2.0 700 High"}) {
    EXPECT_FALSE(parse_sipfrag(bad)) << bad;
  }
}

TEST(Transfer, ReportsEachStepOnce) {
  Transfer transfer;
  EXPECT_EQ(state_of(transfer.on_response(202, "Accepted", true)), State::trying);
  EXPECT_EQ(state_of(transfer.on_notify(SipFragment{100, "Trying"}, false)), std::nullopt);
  EXPECT_EQ(state_of(transfer.on_notify(SipFragment{180, "Ringing"}, false)), State::ringing);
  EXPECT_EQ(state_of(transfer.on_notify(SipFragment{183, ""}, false)), std::nullopt);
  EXPECT_EQ(state_of(transfer.on_notify(SipFragment{100, ""}, false)), std::nullopt) << "no way back";
  EXPECT_EQ(state_of(transfer.on_notify(SipFragment{200, "OK"}, true)), State::succeeded);
  EXPECT_TRUE(transfer.over());
  EXPECT_EQ(state_of(transfer.on_notify(SipFragment{486, ""}, true)), std::nullopt);
  EXPECT_EQ(state_of(transfer.on_peer_bye()), std::nullopt);
  EXPECT_EQ(state_of(transfer.on_deadline()), std::nullopt);
}

TEST(Transfer, HoweverItFails) {
  const auto failed = [](const auto& act) {
    Transfer transfer;
    const Transfer::Report report = act(transfer);
    EXPECT_EQ(state_of(report), State::failed);
    EXPECT_TRUE(transfer.over());
    return report ? report->status : -1;
  };
  EXPECT_EQ(failed([](Transfer& t) { return t.on_response(603, "Decline", true); }), 603);
  EXPECT_EQ(failed([](Transfer& t) { return t.on_response(0, "", true); }), 0);
  EXPECT_EQ(failed([](Transfer& t) { return t.on_notify(SipFragment{486, "Busy"}, true); }), 486);
  EXPECT_EQ(failed([](Transfer& t) { return t.on_notify(SipFragment{100, ""}, true); }), 0);
  EXPECT_EQ(failed([](Transfer& t) { return t.on_notify(std::nullopt, true); }), 0);
  EXPECT_EQ(failed([](Transfer& t) { return t.on_peer_bye(); }), 0);
  EXPECT_EQ(failed([](Transfer& t) { return t.on_deadline(); }), 408);
}

TEST(Transfer, AnAcceptedReferMayBeAllThereIsToKnow) {
  Transfer unsubscribed;
  EXPECT_EQ(state_of(unsubscribed.on_response(202, "Accepted", false)), State::succeeded);
  Transfer left;
  EXPECT_EQ(state_of(left.on_response(202, "Accepted", true)), State::trying);
  EXPECT_EQ(state_of(left.on_peer_bye()), State::succeeded);
  Transfer overtaken;
  EXPECT_EQ(state_of(overtaken.on_notify(SipFragment{180, ""}, false)), State::ringing);
  EXPECT_EQ(state_of(overtaken.on_response(202, "Accepted", true)), std::nullopt);
}

TEST(RAck, IsRead) {
  const auto rack = parse_rack(" 776656  1 INVITE ");
  ASSERT_TRUE(rack);
  EXPECT_EQ(rack->response_sequence, 776656U);
  EXPECT_EQ(rack->sequence, 1U);
  EXPECT_EQ(rack->method, "INVITE");
  for (const char* bad : {"", "1", "1 2", "a 1 INVITE", "1 -1 INVITE"}) EXPECT_FALSE(parse_rack(bad)) << bad;
}

TEST(ResponseOrder, TakesEachOnceInOrderPerFork) {
  ResponseOrder order;
  EXPECT_FALSE(order.take("a", 0));
  EXPECT_TRUE(order.take("a", 7));
  EXPECT_FALSE(order.take("a", 7));
  EXPECT_FALSE(order.take("a", 9)) << "8 is missing";
  EXPECT_TRUE(order.take("a", 8));
  EXPECT_TRUE(order.take("b", 1));
  for (int i = 0; i < 100; ++i) (void)order.take("fork" + std::to_string(i), 1);
  EXPECT_FALSE(order.take("one too many", 1));
  EXPECT_TRUE(order.take("a", 9)) << "those known go on";
}

}  // namespace
}  // namespace frontdesk::sip
