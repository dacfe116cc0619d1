# Lets in what is ours. A telephone number goes to the dialler, another https page to the phone's browser, all else nowhere.
.class final Lcom/lnszgjj/app/Doorman;
.super Landroid/webkit/WebViewClient;

.method constructor <init>()V
    .locals 0
    invoke-direct {p0}, Landroid/webkit/WebViewClient;-><init>()V
    return-void
.end method

# boolean shouldOverrideUrlLoading(WebView view, String url): true keeps the page from opening here. Also called for every
# redirect. Newer Androids call the variant with a WebResourceRequest, which calls this one.
.method public shouldOverrideUrlLoading(Landroid/webkit/WebView;Ljava/lang/String;)Z
    .locals 4
    invoke-static {p2}, Lcom/lnszgjj/app/Addresses;->areOurs(Ljava/lang/String;)Z
    move-result v0
    if-eqz v0, :elsewhere
    const/4 v0, 0x0
    return v0

    :elsewhere
    invoke-static {p2}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v0
    invoke-virtual {v0}, Landroid/net/Uri;->getScheme()Ljava/lang/String;
    move-result-object v1
    const-string v2, "android.intent.action.DIAL"
    const-string v3, "tel"
    invoke-virtual {v3, v1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v3
    if-nez v3, :hand_over
    const-string v2, "android.intent.action.VIEW"
    const-string v3, "https"
    invoke-virtual {v3, v1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v3
    if-eqz v3, :done

    :hand_over
    new-instance v1, Landroid/content/Intent;
    invoke-direct {v1, v2, v0}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    invoke-virtual {p1}, Landroid/webkit/WebView;->getContext()Landroid/content/Context;
    move-result-object v0
    :try_start
    invoke-virtual {v0, v1}, Landroid/content/Context;->startActivity(Landroid/content/Intent;)V
    :try_end
    .catch Landroid/content/ActivityNotFoundException; {:try_start .. :try_end} :nobody
    goto :done
    :nobody
    move-exception v0

    :done
    const/4 v0, 0x1
    return v0
.end method

# void onPageStarted(WebView view, String url, Bitmap icon): the second door, for the ways the first is not asked about
# (a form sent by POST, say).
.method public onPageStarted(Landroid/webkit/WebView;Ljava/lang/String;Landroid/graphics/Bitmap;)V
    .locals 1
    invoke-static {p2}, Lcom/lnszgjj/app/Addresses;->areOurs(Ljava/lang/String;)Z
    move-result v0
    if-nez v0, :ours
    sget-object v0, Lcom/lnszgjj/app/Addresses;->OFFLINE:Ljava/lang/String;
    invoke-virtual {v0, p2}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v0
    if-nez v0, :ours
    invoke-virtual {p1}, Landroid/webkit/WebView;->stopLoading()V
    sget-object v0, Lcom/lnszgjj/app/Addresses;->START:Ljava/lang/String;
    invoke-virtual {p1, v0}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    :ours
    return-void
.end method

# void onReceivedError(WebView view, int code, String words, String url): a page could not be reached, and the pages' own
# service worker had nothing to show. Called for the page itself only, never for a part of it.
.method public onReceivedError(Landroid/webkit/WebView;ILjava/lang/String;Ljava/lang/String;)V
    .locals 1
    sget-object v0, Lcom/lnszgjj/app/Addresses;->OFFLINE:Ljava/lang/String;
    invoke-virtual {p1, v0}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    return-void
.end method

# void onPageFinished(WebView view, String url): from our page without a network the back key leaves the app, instead of
# leading to what cannot be reached.
.method public onPageFinished(Landroid/webkit/WebView;Ljava/lang/String;)V
    .locals 1
    sget-object v0, Lcom/lnszgjj/app/Addresses;->OFFLINE:Ljava/lang/String;
    invoke-virtual {v0, p2}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v0
    if-eqz v0, :elsewhere
    invoke-virtual {p1}, Landroid/webkit/WebView;->clearHistory()V
    :elsewhere
    return-void
.end method
